import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sizeSettings } from '../../../../domain/engines/postgresql-settings.ts'

const kib = (value: string | number | undefined): number => {
  const [, amount, unit] = /^(\d+)(kB|MB)$/.exec(String(value)) ?? []
  return Number(amount) * (unit === 'MB' ? 1024 : 1)
}

describe('the settings that follow from the size of a PostgreSQL', () => {
  it('are these for 1 vCPU, 1 GiB of memory and a volume of 10 GiB', () => {
    expect(sizeSettings({ vcpus: 1, memoryMiB: 1024, volumeGiB: 10 }, '18.4')).toEqual({
      max_connections: 112 + 85 + 3,
      superuser_reserved_connections: 85,
      reserved_connections: 3,
      shared_buffers: '262144kB',
      effective_cache_size: '786432kB',
      work_mem: '2340kB',
      maintenance_work_mem: '65536kB',
      max_wal_size: '1024MB',
      max_slot_wal_keep_size: '1024MB',
      min_wal_size: '256MB',
      temp_file_limit: '2560MB',
      max_worker_processes: 8,
      max_parallel_workers: 1,
      max_parallel_workers_per_gather: 1,
      max_parallel_maintenance_workers: 1,
    })
  })

  it('stay within what PostgreSQL accepts and the instance has, for any size', () => {
    const sizes = fc.record({
      vcpus: fc.integer({ min: 0, max: 256 }),
      memoryMiB: fc.integer({ min: 0, max: 4 * 1024 * 1024 }),
      volumeGiB: fc.integer({ min: 0, max: 65_536 }),
    })
    fc.assert(
      fc.property(sizes, (size) => {
        const settings = sizeSettings(size, '18.4')
        const memoryKiB = Math.max(size.memoryMiB, 64) * 1024
        expect(kib(settings.shared_buffers)).toBeLessThanOrEqual(memoryKiB / 4)
        expect(kib(settings.work_mem)).toBeGreaterThanOrEqual(1024)
        expect(Number(settings.max_connections)).toBeGreaterThanOrEqual(20 + 88)
        expect(Number(settings.max_connections)).toBeLessThanOrEqual(500 + 88)
        expect(kib(settings.min_wal_size)).toBeGreaterThanOrEqual(2 * 16 * 1024)
        expect(kib(settings.min_wal_size)).toBeLessThanOrEqual(kib(settings.max_wal_size))
        expect(kib(settings.max_wal_size)).toBeLessThanOrEqual((Math.max(size.volumeGiB, 1) * 1024 * 1024) / 10)
        for (const value of Object.values(settings)) expect(String(value)).toMatch(/^\d+(kB|MB)?$/)
      }),
    )
  })

  it('keep slots for a role only where PostgreSQL can: from version 16 on', () => {
    const settings = sizeSettings({ vcpus: 1, memoryMiB: 1024, volumeGiB: 10 }, '15.18')
    expect(settings).toMatchObject({ max_connections: 112 + 85, superuser_reserved_connections: 85 })
    expect(settings).not.toHaveProperty('reserved_connections')
  })

  it('give more connections and memory to a larger instance', () => {
    const small = sizeSettings({ vcpus: 1, memoryMiB: 512, volumeGiB: 1 }, '18.4')
    const large = sizeSettings({ vcpus: 8, memoryMiB: 16_384, volumeGiB: 100 }, '18.4')
    expect(Number(large.max_connections)).toBeGreaterThan(Number(small.max_connections))
    expect(kib(large.work_mem)).toBeGreaterThan(kib(small.work_mem))
    expect(large.max_parallel_workers).toBe(8)
    expect(large.max_parallel_workers_per_gather).toBe(4)
  })
})
