/** A position of the server (`TFPos`): where a record begins, both parts the same; or where the server will read on, with a second part of 0. */
export type Place = { readonly commit: bigint; readonly prepare: bigint }

export const beforeAll: Place = { commit: -1n, prepare: -1n }

export const placeOf = ({ position }: { readonly position: bigint }): Place => ({ commit: position, prepare: position })

export const isBefore = (a: Place, b: Place): boolean =>
  a.commit < b.commit || (a.commit === b.commit && a.prepare < b.prepare)
