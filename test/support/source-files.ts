import { globSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { posix } from 'node:path'

export const projectRoot = new URL('../../', import.meta.url).pathname

/** A source file of the project, by its path from the root. */
export type SourceFile = { readonly path: string; readonly text: string }

export const readSourceFiles = (folders: readonly string[]): readonly SourceFile[] =>
  folders
    .flatMap((folder) => globSync(`${folder}/**/*.{ts,mjs}`, { cwd: projectRoot }))
    .sort()
    .map((path) => ({ path, text: readFileSync(`${projectRoot}${path}`, 'utf8') }))

/** What a file imports or re-exports: `file` is a path from the root, `package` a package's name, `builtin` a module of Node. */
export type Import = { readonly kind: 'file' | 'package' | 'builtin'; readonly target: string }

const fromClauses = /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm
const bareImports = /^\s*import\s*['"]([^'"]+)['"]/gm
const dynamicImports = /\bimport\(\s*['"]([^'"]+)['"]/g

export const importsOf = ({ path, text }: SourceFile): readonly Import[] =>
  [fromClauses, bareImports, dynamicImports]
    .flatMap((pattern) => [...withoutComments(text).matchAll(pattern)])
    .flatMap(([, specifier]) => (specifier === undefined ? [] : [resolveImport(path, specifier)]))

const resolveImport = (path: string, specifier: string): Import => {
  if (specifier.startsWith('.')) return { kind: 'file', target: posix.join(posix.dirname(path), specifier) }
  if (specifier.startsWith('node:') || builtinModules.includes(specifier)) return { kind: 'builtin', target: specifier }
  const depth = specifier.startsWith('@') ? 2 : 1
  return { kind: 'package', target: specifier.split('/').slice(0, depth).join('/') }
}

export const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
