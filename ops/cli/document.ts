import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core'

/** A GraphQL document with the types of what it gives and gets: one of those in `generated`, made from `documents`. */
export type Document<Data, Variables> = DocumentTypeDecoration<Data, Variables> & { readonly toString: () => string }
