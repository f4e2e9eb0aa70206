/** The environment of a program whose clock is ahead by this much, and cannot know. */
export const clockShiftedBy = (shiftMs: number) => ({
  NODE_OPTIONS: `--import=${new URL('shift-clock.mjs', import.meta.url)}`,
  CLOCK_SHIFT_MS: String(shiftMs),
})
