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

  test.each([
    ['2.5.4.13', 'description', 'description'],
    ['2.5.4.15', 'businessCategory', 'BusinessCategory'],
    ['2.5.4.17', 'postalCode', 'PostalCode'],
    ['2.5.4.41', 'name', 'Name'],
    ['2.5.4.43', 'initials', 'I'],
    ['2.5.4.44', 'generationQualifier', 'GENERATION'],
    ['2.5.4.65', 'pseudonym', 'Pseudonym'],
    ['1.3.6.1.4.1.311.60.2.1.1', 'jurisdictionL', 'jurisdictionLocalityName'],
    ['1.3.6.1.4.1.311.60.2.1.2', 'jurisdictionST', 'jurisdictionStateOrProvinceName'],
    ['1.3.6.1.4.1.311.60.2.1.3', 'jurisdictionC', 'jurisdictionCountryName'],
  ])('is recognised with %s, which OpenSSL calls %s', (number, openssl, other) => {
    for (const type of [number, `OID.${number}`, openssl, other])
      expect(isSameName(`CN=x,${type}=FI`, `${openssl}=FI\nCN=x`)).toBe(true)
    expect(isSameName(`CN=x,${number}=FI`, `${openssl}=SE\nCN=x`)).toBe(false)
  })

  const der = (tag: number, content: Buffer, ...length: number[]): string =>
    `#${Buffer.concat([Buffer.from([tag, ...length]), content]).toString('hex')}`
  const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16()
  const long = 'Ääkkös '.repeat(15).trim()
  const octets = Buffer.from(long, 'utf8')
  const big = utf16be(long)
  test.each([
    ['a BMPString', der(0x1e, utf16be('Ääkkös'), 12), 'Ääkkös'],
    ['a BMPString with a length of the long form', der(0x1e, big, 0x81, big.length), long],
    ['a UTF8String with a length of the long form', der(0x0c, octets, 0x81, octets.length), long],
    ['a UTF8String of characters beyond the BMP', der(0x0c, Buffer.from('\u{1f40e}'), 4), '\u{1f40e}'],
  ])('is recognised with the value as %s', (_name, value, text) => {
    expect(isSameName(`CN=${value}`, `CN=${text}`)).toBe(true)
  })

  test('is not recognised by octets that are no text, or whose length is not what is said', () => {
    const bad = [
      ...[
        der(0x1e, Buffer.from('d800', 'hex'), 2),
        der(0x1e, Buffer.from([0, 65, 0]), 3),
        der(0x0c, Buffer.from([0xff]), 1),
      ],
      ...[
        der(0x0c, octets, 0x81, octets.length + 1),
        der(0x0c, octets, 0x82, 0, octets.length),
        der(0x0c, octets, 0x81),
      ],
      ...[der(0x0c, Buffer.from('x'), 0x81, 1), der(0x1c, Buffer.from([0, 0, 0, 65]), 4), '#0c', '#0c81', '#1e01'],
    ]
    const texts = [long, 'x', 'A', '\ufffd', '']
    for (const value of bad) expect(texts.filter((text) => isSameName(`CN=${value}`, `CN=${text}`))).toEqual([])
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
