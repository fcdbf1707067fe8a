import { testDockerCommands } from './docker-cli.ts'

testDockerCommands()
