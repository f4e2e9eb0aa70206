/** A moment as people read it: local time to the second, with its distance from UTC, or `Z` where there is none. */
export const localTime = (iso: string): string => withZone(iso, '')

/** The same to the millisecond, for what happens in quick succession. */
export const exactLocalTime = (iso: string): string =>
  withZone(iso, `.${String(new Date(iso).getMilliseconds()).padStart(3, '0')}`)

const withZone = (iso: string, fraction: string): string => {
  const date = new Date(iso)
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}${fraction}`
  return `${day} ${time}${zone(-date.getTimezoneOffset())}`
}

const zone = (minutesAhead: number): string => {
  if (minutesAhead === 0) return 'Z'
  const minutes = Math.abs(minutesAhead)
  return `${minutesAhead < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

const two = (value: number): string => String(value).padStart(2, '0')
