import { describe, expect, test } from '@jest/globals'
import { isSameName } from '../../src/trust/distinguished-name.js'

/** As node:crypto gives the name of an issuer: first part first. */
const lines = 'C=FI\nO=Testiviranomainen Oy\\, Ääkkös\nOU=Varmenteet\nCN=Testi CA'

describe('the same issuer', () => {
  test.each([
    ['as Java writes it', 'CN=Testi CA,OU=Varmenteet,O=Testiviranomainen Oy\\, Ääkkös,C=FI'],
    ['as .NET writes it', 'CN=Testi CA, OU=Varmenteet, O="Testiviranomainen Oy, Ääkkös", C=FI'],
    [
      'with hexadecimal escapes',
      'CN=Testi CA,OU=Varmenteet,O=Testiviranomainen Oy\\2C \\C3\\84\\C3\\A4kk\\C3\\B6s,C=FI',
    ],
    ['with types as numbers', '2.5.4.3=Testi CA,OID.2.5.4.11=Varmenteet,2.5.4.10=Testiviranomainen Oy\\, Ääkkös,C=FI'],
    ['with the value as DER', 'CN=#0c085465737469204341,OU=Varmenteet,O=Testiviranomainen Oy\\, Ääkkös,C=FI'],
    ['first part first', 'C=FI, O=Testiviranomainen Oy\\, Ääkkös, OU=Varmenteet, CN=Testi CA'],
    ['in other letters and spaces', 'cn=TESTI  ca , ou=varmenteet ,o=testiviranomainen oy\\, ääkkös, c=fi'],
  ])('is recognised %s', (_name, written) => expect(isSameName(written, lines)).toBe(true))

  test('is recognised by a mail address under each of its type names', () => {
    for (const type of ['E', 'EMAILADDRESS', '1.2.840.113549.1.9.1'])
      expect(isSameName(`${type}=ca@example.fi,CN=x`, 'CN=x\nemailAddress=ca@example.fi')).toBe(true)
  })

  test('is recognised with two attributes in one part, in any order', () => {
    expect(isSameName('OU=b+CN=a,C=FI', 'C=FI\nCN=a + OU=b')).toBe(true)
  })
})

describe('another issuer', () => {
  test.each([
    ['a part less', 'CN=Testi CA,O=Testiviranomainen Oy\\, Ääkkös,C=FI'],
    ['a part more', 'CN=Testi CA,OU=Varmenteet,OU=x,O=Testiviranomainen Oy\\, Ääkkös,C=FI'],
    ['parts in a third order', 'OU=Varmenteet,CN=Testi CA,O=Testiviranomainen Oy\\, Ääkkös,C=FI'],
    ['an unescaped comma', 'CN=Testi CA,OU=Varmenteet,O=Testiviranomainen Oy, Ääkkös,C=FI'],
    ['no name at all', 'Testi CA'],
    ['nothing', ''],
    ['an escape without an end', 'CN=Testi CA\\'],
    ['a DER value that is cut', 'CN=#0c0854'],
  ])('%s', (_name, written) => expect(isSameName(written, lines)).toBe(false))
})
