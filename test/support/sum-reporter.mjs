/** Prints the sum of a run in the form that CI reads: "N passed, N failed", alone on a line. */
export default class SumReporter {
  onRunComplete(_contexts, { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites, testResults }) {
    // A file that does not even load has no test that could fail; it counts as one.
    const broken = testResults.filter((file) => file.testExecError && file.numFailingTests === 0).length
    const failed = numFailedTests + broken
    const skipped = numPendingTests > 0 ? `, ${numPendingTests} skipped` : ''
    if (numFailedTestSuites > 0 && failed === 0) process.stdout.write('0 passed, 1 failed\n')
    else process.stdout.write(`\n${numPassedTests} passed, ${failed} failed${skipped}\n`)
  }
}
