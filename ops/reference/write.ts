import { writeFile } from 'node:fs/promises'
import { generatedPages, pathOf } from './pages.ts'

for (const page of generatedPages) await writeFile(pathOf(page), await page.text())
