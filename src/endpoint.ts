/** Where the gateway answers; paths are part of the contract (viranomaispalvelut.md §2). */
export const SIGNED_PATH = '/Asiointitili/ViranomaispalvelutWSInterface'
/** Clients make this path by appending the word, so the relation between the two is part of the contract. */
export const NON_SIGNED_PATH = `${SIGNED_PATH}NonSigned`
/** The unsigned endpoint under the name that some clients knew inside the state's network. */
export const INTERNAL_PATH = '/InternalServices/Viestinvalitys/ViranomaispalvelutWSInterfaceNonSigned'

/** Our own contract: registration and status (docs/joining.md). */
export const JOINING_PATH = '/Asiointitili/LiittymispalvelutWSInterface'

/** Where the files that describe the return channel are; authorities host it. */
export const PUSH_FILES_PATH = '/Asiointitili'

/** Where each contract is answered. */
export const contractPaths = {
  authority: [SIGNED_PATH, NON_SIGNED_PATH, INTERNAL_PATH],
  joining: [JOINING_PATH],
} as const

/** Address of a gateway that listens on this host and port, as a caller on the same computer writes it. */
export function originOf(host: string, port: number, scheme: 'http' | 'https' = 'http'): string {
  const here = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `${scheme}://${here.includes(':') ? `[${here}]` : here}:${port}`
}
