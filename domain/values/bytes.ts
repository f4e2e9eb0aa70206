export const bytesOfGiB = 1024 ** 3

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** A count of bytes for people, such as `1.5 GiB`. */
export const bytesInWords = (bytes: number): string => {
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10))
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`
}
