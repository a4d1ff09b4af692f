import { describe, expect, test } from '@jest/globals'
import { emailAddressOf, phoneNumberOf } from '../../src/message/index.js'

describe('an e-mail address', () => {
  test.each([
    ['testi.testinen@example.fi', 'testi.testinen@example.fi'],
    ['  testi+posti@alue.example.fi\n', 'testi+posti@alue.example.fi'],
    ["o'testi_1@example.fi", "o'testi_1@example.fi"],
    ['väinö@example.fi', 'väinö@example.fi'],
    ['testi@päätös.fi', 'testi@xn--pts-qlaa3i.fi'],
  ])('%j is taken', (written, address) => expect(emailAddressOf(written)).toBe(address))

  test.each([
    ...['', '@', 'testi', 'testi@', '@example.fi', 'testi@localhost', 'testi@example', 'testi@127.0.0.1'],
    ...['a@example.fi, b@example.fi', 'a@example.fi;b@example.fi', 'Testi <testi@example.fi>', '"a b"@example.fi'],
    ...['testi@example.fi\r\nBcc: muu@example.fi', 'te sti@example.fi', 'testi..a@example.fi', '.testi@example.fi'],
    ...['testi@-example.fi', 'testi@example..fi', 'testi@example.fi/polku', 'testi@example.fi:25', 'a@b@'],
    ...[`${'a'.repeat(65)}@example.fi`, `a@${'b.'.repeat(127)}fi`, 'testi@[1.2.3.4]', 'testi\0@example.fi'],
  ])('%j is none', (written) => expect(emailAddressOf(written)).toBeNull())
})

describe('a telephone number', () => {
  test.each([
    ['0401234567', '+358401234567'],
    ['040 123 4567', '+358401234567'],
    ['+358 (40) 123-4567', '+358401234567'],
    ['00358401234567', '+358401234567'],
    ['+46 70 123 45 67', '+46701234567'],
  ])('%j is taken', (written, number) => expect(phoneNumberOf(written)).toBe(number))

  test.each(['', '112', '401234567', '+0401234567', '040123456x', '+3584012345678901', '+358401234567,+358401234568'])(
    '%j is none',
    (written) => expect(phoneNumberOf(written)).toBeNull(),
  )
})
