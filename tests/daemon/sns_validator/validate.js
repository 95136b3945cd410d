// Says whether npm's sns-validator takes a message. It insists on fetching the certificate by
// https from a host that matches its pattern; here the pattern is the daemon's host, and the
// certificate, fetched by the test over http, is handed to it in place of the answer.
const { EventEmitter } = require('events');
const https = require('https');
const MessageValidator = require('sns-validator');

let input = '';
process.stdin.on('data', (chunk) => { input += chunk; });
process.stdin.on('end', () => {
  const { message, certificate } = JSON.parse(input);
  message.SigningCertURL = message.SigningCertURL.replace(/^http:/, 'https:');
  https.get = (url, answer) => {
    const response = Object.assign(new EventEmitter(), { statusCode: 200 });
    answer(response);
    response.emit('data', certificate);
    response.emit('end');
    return new EventEmitter();
  };
  const host = new URL(message.SigningCertURL).host.replace(/\./g, '\\.');
  new MessageValidator(new RegExp(`^${host}$`)).validate(message, (error) => {
    if (error) console.error(error.message);
    console.log(error ? 'invalid' : 'valid');
  });
});
