import type { PublishedContract } from './contract-suite.js'
import { contractFiles, type ContractFiles, type TypesByName } from './contract-files.js'

export type Generation = 'old' | 'new'

export const RETURN_CHANNEL_NAMESPACE = 'http://www.suomi.fi/asiointitili'
const PORT_TYPE = 'ViranomaisPaluukanava'
export const returnChannelAction = (operation: string): string =>
  `${RETURN_CHANNEL_NAMESPACE}/${PORT_TYPE}/${operation}`

export const returnChannelFiles = (generation: Generation): ContractFiles =>
  contractFiles(
    generation === 'old' ? 'Paluukanava' : 'PaluukanavaUusi',
    'https://viranomainen.example/ViranomaisPaluukanava.svc',
  )

/** What is known of the historical service descriptions (paluukanava.md §1). */
export const returnChannelContract = (generation: Generation, types: TypesByName): PublishedContract => ({
  files: returnChannelFiles(generation),
  namespace: RETURN_CHANNEL_NAMESPACE,
  version: generation === 'old' ? '2014' : '2020',
  operations: ['VieKohdeTiloja', 'VieKohteita'],
  actionOf: returnChannelAction,
  types,
  neededType: 'Kohde_WSPA4',
  places: [
    ['VieKohdeTiloja', ['input'], '/VieKohdeTiloja'],
    ['VieKohdeTiloja', ['input', 'Viranomainen'], 'Viranomainen'],
    ['VieKohdeTiloja', ['input', 'Kysely', 'Kohteet', 'Kohde'], 'Kohde_WSPA4'],
    ['VieKohdeTiloja', ['input', 'Kysely', 'Kohteet', 'Kohde', 'Asiakas'], 'Asiakas_WSPA4'],
    ['VieKohdeTiloja', ['output', 'VieKohdeTilojaResult', 'TilaKoodi'], 'TilaKoodi_WS'],
    ['VieKohteita', ['input', 'Kysely', 'Kohteet', 'Kohde'], 'Kohde_WSPA5'],
    ['VieKohteita', ['input', 'Kysely', 'Kohteet', 'Kohde', 'Tiedostot', 'Tiedosto'], 'Tiedosto'],
    ['VieKohteita', ['output', 'VieKohteitaResult', 'Kohteet', 'Kohde'], 'Kohde_WSPA5_V'],
  ],
  names: {
    definitions: PORT_TYPE,
    portType: PORT_TYPE,
    binding: `${PORT_TYPE}Soap`,
    service: generation === 'old' ? PORT_TYPE : `${PORT_TYPE}Service`,
    port: generation === 'old' ? `${PORT_TYPE}Soap` : `${PORT_TYPE}Port`,
    request: (operation) => `${PORT_TYPE}_${operation}_InputMessage`,
    response: (operation) => `${PORT_TYPE}_${operation}_OutputMessage`,
  },
  headers: generation === 'old' ? [] : [{ element: 'paluukanavaUrl', message: 'requestheader' }],
})
