import { createSecretKey, randomBytes } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { createSealer, SealError } from '../../src/store/index.js'

const key = () => createSecretKey(randomBytes(32))
const identityKey = key()
const [first, second] = [key(), key()]

test('a sealed value opens for its own purpose only', () => {
  const sealer = createSealer({ identityKey, sealingKeys: [first] })
  const sealed = sealer.seal('salaisuus', 'item.content')
  expect(sealed.includes('salaisuus')).toBe(false)
  expect(sealer.open(sealed, 'item.content').toString()).toBe('salaisuus')
  expect(() => sealer.open(sealed, 'message.recipient')).toThrow(SealError)
})

test('one changed bit anywhere keeps a sealed value closed', () => {
  const sealer = createSealer({ identityKey, sealingKeys: [first] })
  const sealed = sealer.seal('x', 'p')
  for (let i = 0; i < sealed.length; i++) {
    const changed = Buffer.from(sealed)
    changed[i]! ^= 1
    expect(() => sealer.open(changed, 'p')).toThrow(SealError)
  }
})

test('after a rotation new values are sealed with the new key, and old ones still open', () => {
  const before = createSealer({ identityKey, sealingKeys: [first] }).seal('old', 'p')
  const rotated = createSealer({ identityKey, sealingKeys: [second, first] })
  const after = rotated.seal('new', 'p')
  expect([rotated.open(before, 'p').toString(), rotated.open(after, 'p').toString()]).toEqual(['old', 'new'])
  expect(() => createSealer({ identityKey, sealingKeys: [first] }).open(after, 'p')).toThrow(SealError)
})

test('two sealings of one value differ, two hashes of one id do not, however it is written', () => {
  const sealer = createSealer({ identityKey, sealingKeys: [first] })
  expect(sealer.seal('x', 'p').equals(sealer.seal('x', 'p'))).toBe(false)
  expect(sealer.hashId(' 010190-900p ').equals(sealer.hashId('010190-900P'))).toBe(true)
  expect(
    sealer
      .hashId('010190-900P')
      .equals(createSealer({ identityKey: key(), sealingKeys: [first] }).hashId('010190-900P')),
  ).toBe(false)
})
