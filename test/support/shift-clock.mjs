// To be loaded before a program (`node --import`): its clock is wrong by CLOCK_SHIFT_MS milliseconds, and it cannot know.
const shiftMs = Number(process.env.CLOCK_SHIFT_MS)
const now = Date.now.bind(Date)

globalThis.Date = new Proxy(Date, {
  get: (target, name) => (name === 'now' ? () => now() + shiftMs : Reflect.get(target, name)),
  construct: (target, given, made) => Reflect.construct(target, given.length > 0 ? given : [now() + shiftMs], made),
  apply: (target) => new target(now() + shiftMs).toString(),
})
