import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { isIP } from 'node:net'
import { addressOf, callerOf } from '../../src/arrival/addresses.js'

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['::FFFF:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:0001:0002::', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['64:ff9b::192.0.2.33', '64:ff9b:0:0::/64'],
  ['unknown', 'unknown'],
  ['192.0.2.7:4711', '192.0.2.7'],
  ['[2001:db8::1]:99', '2001:db8:0:0::/64'],
  ['::ffff:0102:0304', '1.2.3.4'],
  ['', 'unknown'],
])('%s is counted as %s', (address, caller) => {
  expect(callerOf(address)).toBe(caller)
})

test('a connection that is closed already has no address', () => {
  expect(callerOf(undefined)).toBe('unknown')
})

test.each([
  ['10.1.2.3', '10.1.2.3'],
  ['10.1.2.3:5566', '10.1.2.3'],
  ['2001:db8::1', '2001:db8::1'],
  ['2001:db8::1:99', '2001:db8::1:99'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['[2001:db8::1]:99', '2001:db8::1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['[fe80::1%eth0]:99', 'fe80::1'],
  ['::ffff:1.2.3.4', '1.2.3.4'],
  ['::FFFF:1.2.3.4', '1.2.3.4'],
  ['::ffff:0102:0304', '1.2.3.4'],
  ['::ffff:102:304', '1.2.3.4'],
  ['0:0:0:0:0:ffff:1.2.3.4', '1.2.3.4'],
  ['0000:0000:0000:0000:0000:FFFF:0102:0304', '1.2.3.4'],
  ['::0:ffff:102:304', '1.2.3.4'],
  ['[::ffff:1.2.3.4]:5566', '1.2.3.4'],
  ['::ffff:1.2.3.4%eth0', '1.2.3.4'],
  ['::ffff:ffff:ffff', '255.255.255.255'],
  ['::ffff:0:0', '0.0.0.0'],
  ['::1', '::1'],
  ['::1.2.3.4', '::1.2.3.4'],
  ['::ffff:0:102:304', '::ffff:0:102:304'],
  ['1::ffff:102:304', '1::ffff:102:304'],
])('%s is the address %s', (text, address) => {
  expect(addressOf(text)).toBe(address)
})

test.each([
  ...['', ' ', 'unknown', '-', '_hidden', 'proxy.example', '10.1.2', '10.1.2.3.4', '10.1.2.300', '10.1.2.3:', ':80'],
  ...['10.1.2.3:port', '10.1.2.3:123456', '10.1.2.3, 10.1.2.4', '[]', '[]:80', '[2001:db8::1', '2001:db8::1]:99'],
  ...['[2001:db8::1]99', '[2001:db8::1]:', '[[::1]]', '%eth0', '::ffff:1.2.3', '::ffff:1.2.3.4:80', '1::2::3'],
])('"%s" is no address', (text) => {
  expect(addressOf(text)).toBeNull()
})

test('the computer itself over IPv6 and callers over IPv4 in IPv6 clothes are different callers', () => {
  const callers = ['::1', '::ffff:7f00:1', '::ffff:102:304', '::ffff:102:305'].map((address) => callerOf(address))
  expect(new Set(callers).size).toBe(4)
})

test('whatever is an address is understood, with a port and without', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.integer({ min: 0, max: 65_535 }), (address, port) => {
      const plain = addressOf(address)
      expect(isIP(plain ?? '')).toBeGreaterThan(0)
      expect(addressOf(isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`)).toBe(plain)
      expect(addressOf(plain!)).toBe(plain)
      expect(callerOf(address)).not.toBe('unknown')
    }),
  )
})
