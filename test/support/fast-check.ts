import fc from 'fast-check'
import { seed } from './seed.ts'

// Runs in every test file.
fc.configureGlobal({ seed })
