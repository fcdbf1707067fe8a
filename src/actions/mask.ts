import { isSecretName } from '../collectors/docker/trim/withhold.ts'
import type { Intent, NetworkCreate } from './intent.ts'
import type { ApiRequest } from './plan.ts'
import { isObject, type JsonObject } from './spec.ts'

/** Stands where a value was that is shown nowhere. */
export const HIDDEN = '(not shown)'

/** Stands in the request of an update where the service's specification stays as it is. */
const UNCHANGED = '(unchanged)'

/** A request as it may be shown and logged: no value of an environment variable, none of a label whose name says secret. */
export function shownRequest(request: ApiRequest): ApiRequest {
  return { ...request, body: shown(request.body, '') }
}

function shown(value: unknown, name: string): unknown {
  if (name === 'Env' && Array.isArray(value)) return value.map(text => hiddenValue(String(text)))
  if (Array.isArray(value)) return value.map(item => shown(item, ''))
  if (isObject(value)) {
    const isMap = name === 'Labels' || name === 'Options'
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        isMap && isSecretName(key) ? HIDDEN : shown(inner, key),
      ]),
    )
  }
  return value
}

/** `PASSWORD=(not shown)` */
function hiddenValue(text: string): string {
  const at = text.indexOf('=')
  return at < 0 ? text : `${text.slice(0, at)}=${HIDDEN}`
}

/** The request of an update: only what changes is shown of a specification that somebody else wrote. */
export function shownUpdate(request: ApiRequest, before: JsonObject): ApiRequest {
  return { ...request, body: onlyChanged(request.body, before, ['Name']) }
}

function onlyChanged(after: unknown, before: unknown, always: readonly string[] = []): unknown {
  if (JSON.stringify(after) === JSON.stringify(before)) return UNCHANGED
  if (!isObject(after) || !isObject(before)) return after
  return Object.fromEntries(
    Object.entries(after).map(([name, value]) => [
      name,
      always.includes(name) ? value : onlyChanged(value, before[name]),
    ]),
  )
}

/** An intent without values of environment variables, arguments, and labels and options that look like secrets: for the log. */
export function maskedIntent(intent: Intent): Intent {
  switch (intent.kind) {
    case 'network-create':
      return maskedNetwork(intent)
    case 'network-restore':
      return { ...intent, networks: intent.networks.map(maskedNetwork) }
    case 'service-create':
      return {
        ...intent,
        env: intent.env.map(hiddenValue),
        command: intent.command.map(() => HIDDEN),
        labels: maskedMap(intent.labels),
      }
    default:
      return intent
  }
}

function maskedNetwork(network: NetworkCreate): NetworkCreate {
  return { ...network, options: maskedMap(network.options), labels: maskedMap(network.labels) }
}

/** Whether something of an intent was left out when it was logged, so that it cannot be done again from there. */
export function isMasked(intent: Intent): boolean {
  return JSON.stringify(intent).includes(HIDDEN)
}

/** A shown request without the arguments of a service's command, for the log. */
export function maskedRequest(request: ApiRequest): ApiRequest {
  return { ...request, body: withoutArguments(request.body) }
}

function withoutArguments(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutArguments)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      name === 'Args' && Array.isArray(inner) ? inner.map(() => HIDDEN) : withoutArguments(inner),
    ]),
  )
}

function maskedMap(map: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(map).map(([name, value]) => [name, isSecretName(name) ? HIDDEN : value]),
  )
}
