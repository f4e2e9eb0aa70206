import { useCSRFPrevention } from '@graphql-yoga/plugin-csrf-prevention'
import { GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'

/** A header that a page of another origin can not send without asking first. */
const requestHeader = 'X-GraphQL-Yoga-CSRF'

/** Refuses what a browser would send for any page, and says what to send instead. */
export const useCsrfPrevention = (): Plugin => {
  const { onRequestParse: refuseSimple } = useCSRFPrevention({ requestHeaders: [requestHeader] })
  return {
    onRequestParse: (request) => {
      try {
        return refuseSimple?.(request)
      } catch (cause) {
        throw new GraphQLError(
          `any web page could send this: send \`Content-Type: application/json\`, or the header \`${requestHeader}\` with any value`,
          { originalError: cause as Error, extensions: { code: 'BAD_REQUEST', http: { status: 403 } } },
        )
      }
    },
  }
}
