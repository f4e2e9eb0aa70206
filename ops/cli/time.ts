/** A moment as people read it: local time to the second. */
export const localTime = (iso: string): string => {
  const date = new Date(iso)
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** The same to the millisecond, for what happens in quick succession. */
export const exactLocalTime = (iso: string): string =>
  `${localTime(iso)}.${String(new Date(iso).getMilliseconds()).padStart(3, '0')}`
