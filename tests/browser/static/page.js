// What the page of the drivers' own test does.

const find = (selector) => document.querySelector(selector);

find('#greet').onclick = () => {
  find('#greeting').textContent = `Hello, ${find('#name').value}`;
};
find('#choose').onclick = () => find('#files').click();
find('#files').onchange = (event) => {
  const names = Array.from(event.target.files, (file) => file.name);
  find('#greeting').textContent = `Files: ${names.join(' ')}`;
};
