import { X509Certificate, createPrivateKey } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { FinnishBusinessIds } from 'finnish-business-ids'
import { FinnishSSN } from 'finnish-ssn'
import { makeSandboxFiles, testPersons } from '../../src/sandbox/index.js'

test('keys are made once, belong to their certificates, and only their owner may read them, also when two make them at once', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'asti-sandbox-'))
  const [files] = await Promise.all([makeSandboxFiles(dir), makeSandboxFiles(dir), makeSandboxFiles(dir)])
  const paths = Object.values<string>({ ...files })
  const before = paths.map((file) => readFileSync(file, 'utf8'))
  await makeSandboxFiles(dir)
  expect(paths.map((file) => readFileSync(file, 'utf8'))).toEqual(before)
  for (const [certificate, key] of [
    [files.signingCertificateFile, files.signingKeyFile],
    [files.demoCertificateFile, files.demoKeyFile],
  ] as const) {
    expect(new X509Certificate(readFileSync(certificate)).checkPrivateKey(createPrivateKey(readFileSync(key)))).toBe(
      true,
    )
  }
  for (const file of paths) expect(statSync(file).mode & 0o077).toBe(0)
  expect(
    [...readdirSync(join(dir, 'keys')), ...readdirSync(join(dir, 'demo'))].filter((name) => name.includes('.new-')),
  ).toEqual([])
  rmSync(dir, { recursive: true })
})

test('test persons have artificial identity codes or valid business ids', () => {
  for (const { id, idType } of testPersons) {
    if (idType === 'SSN') expect([FinnishSSN.validate(id), id[7]]).toEqual([true, '9'])
    else expect(FinnishBusinessIds.isValidBusinessId(id)).toBe(true)
  }
})
