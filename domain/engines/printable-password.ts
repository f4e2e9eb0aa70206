import type { PasswordRule } from './descriptor.ts'

/** For engines that compare a password byte by byte: all that can be typed, as UTF-8. */
export const printablePassword: PasswordRule = {
  wanted: 'without control characters',
  fault: (password) =>
    /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u.test(password) ? 'this one has a control character, such as the end of a line' : null,
}
