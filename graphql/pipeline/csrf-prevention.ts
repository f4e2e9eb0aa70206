import { useCSRFPrevention } from '@graphql-yoga/plugin-csrf-prevention'
import { GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'

/** Headers that a page of another origin cannot send without asking first: the server's own, Apollo's, and The Guild's. */
export const preflightHeaders = ['x-graphql-yoga-csrf', 'apollo-require-preflight', 'graphql-require-preflight']

/** Refuses what a browser would send for any page, and says what to send instead. */
export const useCsrfPrevention = (): Plugin => {
  const { onRequestParse: refuseSimple } = useCSRFPrevention({ requestHeaders: [...preflightHeaders] })
  return {
    onRequestParse: (request) => {
      try {
        return refuseSimple?.(request)
      } catch (cause) {
        throw new GraphQLError(
          `any web page could send this: send \`Content-Type: application/json\`, or one of the headers ${preflightHeaders.join(', ')} with any value`,
          { originalError: cause as Error, extensions: { code: 'BAD_REQUEST', http: { status: 403 } } },
        )
      }
    },
  }
}
