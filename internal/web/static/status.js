// Asks for the page again and puts in what has changed. As long as something
// changes it asks every two seconds; when nothing does, less and less often, down
// to every fifteen. A page that nobody looks at does not ask.
"use strict";
(() => {
	const fastest = 2000, slowest = 15000;
	let wait = fastest, tag = "", timer = 0, seen = new Date();
	const lost = document.getElementById("lost");

	function later() {
		clearTimeout(timer);
		if (!document.hidden) timer = setTimeout(ask, wait);
	}

	async function ask() {
		try {
			const headers = tag ? { "If-None-Match": tag } : {};
			const answer = await fetch(location.href, { headers, cache: "no-store", redirect: "error" });
			if (answer.status === 304) {
				wait = Math.min(slowest, wait * 1.5);
			} else if (answer.ok) {
				const changed = put(await answer.text());
				tag = answer.headers.get("ETag") || "";
				wait = changed ? fastest : Math.min(slowest, wait * 1.5);
			} else {
				throw new Error(String(answer.status));
			}
			seen = new Date();
			lost.hidden = true;
		} catch {
			wait = slowest;
			if (lost.hidden) {
				lost.textContent = lost.dataset.text.replace("{0}", seen.toLocaleTimeString(document.documentElement.lang));
				lost.hidden = false;
			}
		}
		later();
	}

	// put replaces the sections that differ, and leaves the others with what is
	// selected, scrolled and focused in them.
	function put(text) {
		const fresh = new DOMParser().parseFromString(text, "text/html");
		const main = document.getElementById("main"), now = fresh.getElementById("main");
		if (!now || main.innerHTML === now.innerHTML) return false;
		document.title = fresh.title;
		const there = new Map([...main.children].map(section => [name(section), section]));
		let last = null;
		for (const section of [...now.children]) {
			const old = there.get(name(section));
			there.delete(name(section));
			if (old) {
				last = swap(old, section);
				continue;
			}
			if (last) last.after(section); else main.prepend(section);
			last = section;
		}
		for (const gone of there.values()) gone.remove();
		return true;
	}

	function name(section) {
		return section.getAttribute("aria-labelledby") || section.getAttribute("aria-label") || section.tagName;
	}

	// swap puts in a section that differs and returns the one that stands now. The
	// sentence of the state stays where it is, so that it is read out when its text
	// changes.
	function swap(section, fresh) {
		if (section.outerHTML === fresh.outerHTML) return section;
		const said = section.querySelector("[role=status]"), says = fresh.querySelector("[role=status]");
		if (!said || !says) {
			section.replaceWith(fresh);
			return fresh;
		}
		section.className = fresh.className;
		if (said.textContent !== says.textContent) said.textContent = says.textContent;
		while (said.nextSibling) said.nextSibling.remove();
		while (says.nextSibling) section.append(says.nextSibling);
		return section;
	}

	document.addEventListener("visibilitychange", () => {
		wait = fastest;
		if (!document.hidden) ask();
	});
	later();
})();
