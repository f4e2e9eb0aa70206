import { inject, type TestContext } from 'vitest'

/** The brokers of this run; where there are none the test is skipped, saying why. */
export const needKafka = (context: TestContext): readonly string[] => {
  const kafka = inject('kafka')
  return 'missing' in kafka ? context.skip(kafka.missing) : kafka.brokers
}
