//go:build browser

package web

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/safeconduct/safeconduct/internal/api"
	"github.com/safeconduct/safeconduct/internal/peers"
)

var pictures = flag.String("pictures", "", "write a picture of each page into this folder")

// A browser is a Chromium that remembers what it complained of and whom it asked.
type browser struct {
	context.Context
	mu         sync.Mutex
	complaints []string
	asked      []string
}

func browse(t *testing.T) *browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-sync", true))
	allocator, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, done := chromedp.NewContext(allocator)
	t.Cleanup(done)
	b := &browser{Context: ctx}
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Listen(ctx, b.hear); err != nil {
		t.Fatal(err)
	}
	b.run(t, command(network.Enable, network.EnableParams{}), command(log.Enable, cdp.Empty{}), command(runtime.Enable, cdp.Empty{}))
	return b
}

// command sends a command of the protocol for which chromedp has no action.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

func (b *browser) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		b.complaints = append(b.complaints, "console: "+string(e.Type))
	case *runtime.EventExceptionThrown:
		b.complaints = append(b.complaints, e.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		b.complaints = append(b.complaints, e.Entry.Text+" "+e.Entry.URL)
	case *network.EventRequestWillBeSent:
		b.asked = append(b.asked, e.Request.URL)
	}
}

func (b *browser) run(t *testing.T, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, late := context.WithTimeout(b, 30*time.Second)
	defer late()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// answer runs an action that has an answer.
func answer[T any](t *testing.T, b *browser, a chromedp.Action[T]) T {
	t.Helper()
	ctx, late := context.WithTimeout(b, 30*time.Second)
	defer late()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// quiet fails for anything that the browser complained of, or asked elsewhere.
func (b *browser) quiet(t *testing.T, s *Server) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.complaints {
		t.Errorf("the browser says: %s", c)
	}
	for _, url := range b.asked {
		if !strings.HasPrefix(url, s.URL()+"/") {
			t.Errorf("the page asks elsewhere: %s", url)
		}
	}
}

func (b *browser) picture(t *testing.T, name string) {
	if *pictures == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(*pictures, name+".png"), answer(t, b, chromedp.FullScreenshot(100)), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestThePageIsGoodToLookAtInEveryState(t *testing.T) {
	all := told()
	s, b := serve(t, all), browse(t)
	b.run(t, chromedp.EmulateViewport(1100, 800), chromedp.Navigate(s.Link()))
	for name := range all {
		for lang, word := range map[string]string{"en": "Next step", "de": "Nächster Schritt"} {
			b.run(t, chromedp.Navigate(s.URL()+"/?lang="+lang+"&migration="+name))
			text, language := answer(t, b, chromedp.Text("main")), answer(t, b, chromedp.Evaluate[string](`document.documentElement.lang`))
			if !strings.Contains(text, word) || language != lang || strings.Contains(text, "{") {
				t.Errorf("%s in %s, marked as %s: %s", name, lang, language, text)
			}
			b.picture(t, name+"-"+lang)
			b.accessible(t, name+"-"+lang)
		}
	}
	b.run(t, chromedp.EmulateViewport(390, 800), chromedp.Navigate(s.URL()+"/?migration=running"))
	if answer(t, b, chromedp.Evaluate[bool](`document.documentElement.scrollWidth > innerWidth`)) {
		t.Error("on a telephone the page is wider than the screen")
	}
	b.picture(t, "telephone")
	b.run(t, chromedp.EmulateViewport(1100, 800), command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}}),
		chromedp.Navigate(s.URL()+"/?migration=running"))
	b.picture(t, "dark")
	b.accessible(t, "dark")
	b.run(t, command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}), chromedp.Navigate(s.URL()+"/?migration=finished"))
	b.picture(t, "paper")
	b.quiet(t, s)
}

// accessible lets axe-core look at the page: landmarks, names, contrast.
func (b *browser) accessible(t *testing.T, name string) {
	t.Helper()
	script, err := peers.Axe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.run(t, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := chromedp.Evaluate[int](string(script)+";0")(ctx, target)
		return err
	}))
	found := answer(t, b, chromedp.Evaluate[[]string](`axe.run().then(r => r.violations.map(v => v.id + ": " + v.nodes.map(n => n.html).join(" ")))`, chromedp.EvalAwaitPromise))
	if len(found) > 0 {
		t.Errorf("%s: axe finds %s", name, found)
	}
}

// TestThePageFollowsWhatHappens: a change shows without anybody loading the page
// anew, is read out, and leaves the focus where it was.
func TestThePageFollowsWhatHappens(t *testing.T) {
	w := &changing{status: told()["running"]}
	s, b := serve(t, w), browse(t)
	b.run(t, chromedp.Navigate(s.Link()), chromedp.WaitVisible("main"), chromedp.Focus(`header a[lang=de]`))
	answer(t, b, chromedp.Evaluate[bool](`window.sentence = document.querySelector("[role=status]"), true`))
	w.set(told()["finished"])
	for deadline := time.Now().Add(10 * time.Second); !strings.Contains(answer(t, b, chromedp.Text("[role=status]")), "is finished"); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the page still says that the run is at work")
		}
	}
	if !answer(t, b, chromedp.Evaluate[bool](`window.sentence.isConnected && document.querySelector("#progress") === null`)) {
		t.Error("the sentence is another one, which nobody reads out, or what is over is still there")
	}
	if focused := answer(t, b, chromedp.Evaluate[string](`document.activeElement.lang`)); focused != "de" {
		t.Errorf("the focus went to %q", focused)
	}
	b.quiet(t, s)
}

// A changing watcher tells one migration, as it stands at the moment.
type changing struct {
	mu     sync.Mutex
	status api.Status
}

func (c *changing) set(s api.Status) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.status = s
}

func (c *changing) Migrations(context.Context, string) ([]api.Summary, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return []api.Summary{c.status.Summary()}, nil
}

func (c *changing) Status(context.Context, api.Migration) (api.Status, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.status, nil
}

func TestALostServerIsSaid(t *testing.T) {
	w := &changing{status: told()["running"]}
	b := browse(t)
	s, err := Listen(t.Context(), "127.0.0.1:0", Config{Backend: api.Backend{Watch: w}, Tenant: "local", Note: func(err error) { t.Error(err) }})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	go s.Serve(ctx)
	b.run(t, chromedp.Navigate(s.Link()), chromedp.WaitVisible("main"))
	stop()
	b.run(t, chromedp.WaitVisible("#lost"))
	b.picture(t, "lost")
}
