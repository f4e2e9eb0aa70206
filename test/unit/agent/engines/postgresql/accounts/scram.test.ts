import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createScramVerifier, matchesScramVerifier } from '../../../../../../agent/engines/postgresql/accounts/scram.ts'

/** Of password `pencil` and the salt of the example in RFC 7677, computed with another implementation. */
const pencil =
  'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU='

describe('a SCRAM-SHA-256 verifier', () => {
  it('is the one that gives the server signature of RFC 7677', async () => {
    const exchange =
      'n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,' +
      's=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0'
    const serverKey = Buffer.from(pencil.split(':').at(-1) ?? '', 'base64')
    const signature = createHmac('sha256', serverKey).update(exchange).digest('base64')
    expect(signature).toBe('6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')
    expect(await matchesScramVerifier('pencil', pencil)).toBe(true)
  })

  it('matches its own password and no other', async () => {
    const verifier = await createScramVerifier('pässword')
    expect(verifier).toMatch(/^SCRAM-SHA-256\$4096:[A-Za-z0-9+/]{22}==\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=$/)
    expect(await matchesScramVerifier('pässword', verifier)).toBe(true)
    expect(await matchesScramVerifier('password', verifier)).toBe(false)
  })

  it('is another one every time, so that equal passwords do not show', async () => {
    expect(await createScramVerifier('same')).not.toBe(await createScramVerifier('same'))
  })

  it.each(['', 'null', 'md5d41d8cd98f00b204e9800998ecf8427e', 'SCRAM-SHA-256$4096', 'pencil'])(
    'is not seen in %j',
    async (text) => {
      expect(await matchesScramVerifier('pencil', text)).toBe(false)
    },
  )
})
