/** The ids of the views in the order of their keys: for the command line, which knows their names and loads none of them. */
export const viewNames = [
  'overview',
  'networks',
  'sandboxes',
  'endpoints',
  'services',
  'balancing',
  'trace',
  'namespaces',
  'events',
  'audit',
] as const
