const HEADER_BYTES = 512
const ENTRY_BYTES = 128
/** Class ids of Windows Installer's packages, patches and transforms: 000C1084, 000C1086, 000C1082 … */
const INSTALLERS = ['84', '86', '82'].map((byte) => `${byte}100c0000000000c000000000000046`)

/**
 * Whether a compound file is a program that Windows installs. It has the first bytes of a Word document; what it is
 * stands in the first entry of its directory.
 * Source: [MS-CFB] §2.2 (header), §2.6.1 (directory entry).
 */
export function isInstaller(content: Buffer): boolean {
  if (content.length < HEADER_BYTES) return false
  const sectorBytes = 2 ** content.readUInt16LE(30)
  const entry = (content.readUInt32LE(48) + 1) * sectorBytes
  if (!(entry + ENTRY_BYTES <= content.length)) return false
  return INSTALLERS.includes(content.toString('hex', entry + 80, entry + 96))
}
