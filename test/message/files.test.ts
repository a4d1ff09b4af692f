import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { cleanFileNames, mediaTypeOf } from '../../src/message/index.js'

describe('names of attachments', () => {
  test('real names stay as they are, with their spaces, brackets, hyphens and letters', () => {
    const names = ['Päätös (2) – luonnos.pdf', 'Ö.PDF', 'ilman_paatetta']
    expect(cleanFileNames(names)).toEqual(names)
  })
  test('of equal names, case apart, the later ones are numbered', () => {
    expect(cleanFileNames(['a.pdf', 'A.PDF', 'a.pdf', 'a (2).pdf'])).toEqual([
      'a.pdf',
      'A (2).PDF',
      'a (3).pdf',
      'a (2) (2).pdf',
    ])
  })
  test('paths, control characters and missing names become harmless', () => {
    expect(cleanFileNames(['../../etc/passwd', 'a\u0000b\r\n.pdf', null, '..', 'x\u202efdp.exe'])).toEqual([
      '.._.._etc_passwd',
      'a_b__.pdf',
      'liite',
      'liite (2)',
      'x_fdp.exe',
    ])
  })
  test('whatever is written, the names are unique, short, and name no folder', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string({ maxLength: 300 }), fc.constantFrom('a.pdf', 'A.pdf', '')), { maxLength: 20 }),
        (written) => {
          const names = cleanFileNames(written)
          expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(written.length)
          for (const name of names)
            expect(name.length >= 1 && name.length <= 200 && !/[/\\\u0000-\u001f]/.test(name)).toBe(true)
        },
      ),
    )
  })
})

test('the media type is the stated one without parameters, then the extension, then any bytes', () => {
  expect(mediaTypeOf('Application/PDF; name=x', 'a.txt')).toBe('application/pdf')
  expect(mediaTypeOf(null, 'a.PDF')).toBe('application/pdf')
  expect(mediaTypeOf('  ', null)).toBe('application/octet-stream')
})
