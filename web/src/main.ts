import { mount } from 'svelte'
import './app/insecure'
import './app/app.css'
import App from './app/App.svelte'
import { register } from './offline/register'

const target = document.getElementById('app')
if (target) mount(App, { target })
register()
