import { type DocumentNode, GraphQLError, Lexer, parse, Source, TokenKind } from 'graphql'
import { ApiError } from '../errors.ts'
import type { ApiLimits } from '../limits.ts'

/** Parses a document within the limits on its tokens and on how deep its brackets are. Throws `ApiError`. */
export const parseDocument = (query: string, limits: Pick<ApiLimits, 'tokens' | 'nesting'>): DocumentNode => {
  try {
    const source = new Source(query)
    checkSize(source, limits)
    return parse(source)
  } catch (error) {
    if (!(error instanceof GraphQLError) || error instanceof ApiError) throw error
    const place = error.locations?.[0]
    const where = place ? ` (line ${place.line}, column ${place.column})` : ''
    throw new ApiError('GRAPHQL_PARSE_FAILED', `${error.message}${where}`)
  }
}

const opening: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L])
const closing: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R])

/** The parser, and all that looks at a document after it, goes as deep into the stack as the document goes. */
const checkSize = (source: Source, { tokens, nesting }: Pick<ApiLimits, 'tokens' | 'nesting'>): void => {
  const lexer = new Lexer(source)
  let depth = 0
  // One more, which is where the document ends.
  for (let count = 0; count <= tokens; count += 1) {
    const { kind } = lexer.advance()
    if (kind === TokenKind.EOF) return
    if (opening.has(kind)) depth += 1
    if (closing.has(kind)) depth -= 1
    if (depth > nesting) {
      throw new ApiError('QUERY_TOO_COMPLEX', `the document has more than ${nesting} brackets within each other`)
    }
  }
  throw new ApiError('QUERY_TOO_COMPLEX', `the document has more than ${tokens} tokens`)
}
