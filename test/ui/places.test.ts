import { describe, expect, it } from 'vitest'
import { syntheticSnapshot } from './synthetic.ts'
import { userOf } from './user.tsx'

const snapshot = syntheticSnapshot()

describe('places', () => {
  it('are reached by number, and are as they were left', () => {
    const user = userOf(snapshot)
    user.press('j', 'j', '7')
    expect(user.text()[1]).toMatch(/^ Trace /)
    expect(user.text()[2]).toContain('━━ Trace 0 ')
    user.press('8')
    expect(user.text()[1]).toContain(' Namespaces › lb_nvpbs39b6')
    user.stop()
  })

  it('are gone back and forth through', () => {
    const user = userOf(snapshot)
    user.press('7', '8', 'j', '<')
    expect(user.text()[1]).toMatch(/^ Trace /)
    user.press('<', '<', '<')
    expect(user.text()[1]).toMatch(/^ Namespaces › default /)
    user.press('>')
    expect(user.text()[1]).toMatch(/^ Trace /)
    user.press('>', '>')
    expect(user.text()[1]).toMatch(/^ Namespaces › ingress_sbox /)
    user.stop()
  })

  it('close what lies over them', () => {
    const user = userOf(snapshot)
    user.press('?', '7')
    expect(user.text()[2]).toContain('Trace 0')
    user.stop()
  })

  it('tell the numbers of the views as far as there is room', () => {
    const user = userOf(snapshot)
    expect(user.text()[1]).toMatch(/ 1 Over {2}2 Nets {2}3 Sandb .* {2}8 Namespaces {2}9 Ev ?$/)
    user.resize(80, 40)
    expect(user.text()[1]).toMatch(/ 1 {2}2 {2}3 {2}4 {2}5 {2}6 {2}7 {2}8 Namespaces {2}9 ?$/)
    user.resize(200, 40)
    expect(user.text()[1]).toMatch(
      / 1 Overview {2}2 Networks {2}3 Sandboxes .* {2}8 Namespaces {2}9 Events ?$/,
    )
    user.stop()
  })
})
