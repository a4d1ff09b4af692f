import { test } from '@jest/globals'
import { compareChanged, TIMEOUT_MS } from '../../support/corpus/generated/compare.js'

test(
  'generated requests that were changed after signing are judged alike by both verifiers',
  compareChanged,
  TIMEOUT_MS,
)
