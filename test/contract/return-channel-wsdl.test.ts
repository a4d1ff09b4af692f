import { describe, expect, test } from '@jest/globals'
import { testPublishedContract } from '../support/contract-suite.js'
import { returnChannelContract } from '../support/return-channel-contract.js'
import { returnChannelTypes } from './return-channel-types.js'

describe.each(['old', 'new'] as const)('the return channel of the %s generation', (generation) => {
  const contract = returnChannelContract(generation, returnChannelTypes(generation))
  testPublishedContract(contract)

  test('both files say that they are an independent description', () => {
    for (const file of [contract.files.wsdl, contract.files.xsd]) {
      expect(file).toMatch(/independent\s+description/)
      expect(file).toMatch(/itsenäisesti\s+laatima\s+kuvaus/)
    }
  })
})
