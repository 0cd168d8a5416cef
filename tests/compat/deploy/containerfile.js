// The container file: parsed and linted; what it says of ports, user and variables is printed as JSON for deploy.py.
'use strict';
const fs = require('fs');
const { DockerfileParser } = require('dockerfile-ast');
const { validate } = require('dockerfile-utils');

const text = fs.readFileSync(process.argv[2], 'utf8');
const problems = validate(text, {}).map((p) => `line ${p.range.start.line + 1}: ${p.message}`);
const instructions = DockerfileParser.parse(text).getInstructions();
const of = (keyword) => instructions.filter((one) => one.getKeyword() === keyword);
const variables = {};
for (const env of of('ENV')) {
  for (const property of env.getProperties()) variables[property.getName()] = property.getValue();
}
console.log(JSON.stringify({
  problems,
  variables,
  ports: of('EXPOSE').flatMap((one) => one.getArguments().map((argument) => Number(argument.getValue()))),
  users: of('USER').map((one) => one.getArgumentsContent()),
  stages: of('FROM').length,
  healthchecks: of('HEALTHCHECK').length,
  entrypoint: of('ENTRYPOINT').map((one) => one.getArgumentsContent()),
}));
