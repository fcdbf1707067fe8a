import { z } from 'zod'

/** Labels, driver options and the like. */
export const stringMapSchema = z.record(z.string(), z.string())
