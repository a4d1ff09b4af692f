import { test } from '@jest/globals'
import { comparePlain, TIMEOUT_MS } from '../../support/corpus/generated/compare.js'

test('generated requests are verified by both verifiers, with the same payload', comparePlain, TIMEOUT_MS)
