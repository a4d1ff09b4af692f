import { describe, expect, test } from '@jest/globals'
import { readCertificate } from '../../src/trust/index.js'
import { short } from '../../src/trust/report-facts.js'
import { negativeIdentity } from '../support/negative-serial.js'
import { makeIdentity } from '../support/keys.js'

describe('the serial number of a certificate', () => {
  test('is read as a decimal number', async () => {
    const { certificatePem } = await makeIdentity({ commonName: 'x', serialNumber: '01e240' })
    expect(readCertificate(certificatePem).serial).toBe('123456')
  })

  test('may be negative, as some old CAs wrote it', async () => {
    const { identity, serial } = await negativeIdentity('x')
    expect(readCertificate(identity.certificatePem).serial).toBe(serial)
    expect(readCertificate(identity.certificateDer).serial).toBe(serial)
  })
})

describe('a text of the caller is told', () => {
  test.each([
    ['whole when it is short', 'abc', 'abc'],
    ['cut when it is long', 'abcdefgh', 'abcde…'],
    ['without the half of a character that the cut would leave', 'abcd\u{10000}e', 'abcd…'],
    ['with a character that ends where it is cut', 'abc\u{10000}e', 'abc\u{10000}…'],
    ['with U+FFFD for halves of characters', '\ud800a\udc00', '\ufffda\ufffd'],
  ])('%s', (_name, text, told) => {
    expect(short(text, 5)).toBe(told)
  })
})
