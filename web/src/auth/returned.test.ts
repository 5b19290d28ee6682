import { describe, expect, it } from 'vitest'
import { handedOver, leadsTo, onlyWay, returned } from './returned'

describe('a sign-in with another provider', () => {
  it('is told by the address', () => {
    expect(returned('')).toEqual({ failure: null, step: null })
    expect(returned('?error=No+way%21')).toEqual({ failure: 'No way!', step: null })
    expect(returned('?error=')).toEqual({ failure: null, step: null })
    expect(returned('?mfa=1').step).toBe('mfa')
    expect(returned('?pending=1').step).toBe('pending')
  })

  it('hands its session over in a cookie', () => {
    expect(handedOver('a=b; token=x.y.z; c=d')).toBe('x.y.z')
    expect(handedOver('mytoken=x')).toBeNull()
    expect(handedOver('token=')).toBeNull()
    expect(handedOver('')).toBeNull()
  })

  it('begins by itself only with one provider and nothing to tell', () => {
    expect(onlyWay({ oidc: 'SSO' }, true, '')).toBe('/oauth/oidc/login')
    expect(onlyWay({ oidc: 'SSO' }, false, '')).toBeNull()
    expect(onlyWay({ oidc: 'SSO' }, true, '?error=x')).toBeNull()
    expect(onlyWay({ oidc: 'SSO', github: 'GitHub' }, true, '')).toBeNull()
    expect(onlyWay({}, true, '')).toBeNull()
  })

  it('ends where the server says, on the web', () => {
    expect(leadsTo({ status: true, redirect_url: 'https://id.example/end' })).toBe('https://id.example/end')
    expect(leadsTo({ redirect_url: '/bye' })).toBe('/bye')
    for (const odd of ['javascript:alert(1)', '//evil.example', '', 1, null]) expect(leadsTo({ redirect_url: odd })).toBeNull()
    expect(leadsTo({ status: true })).toBeNull()
    expect(leadsTo(null)).toBeNull()
  })
})
