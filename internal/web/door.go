package web

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/safeconduct/safeconduct/internal/api"
)

// A Config is what a Server needs.
type Config struct {
	Backend api.Backend
	Rows    api.Rows
	Tenant  string
	// Note is told of faults: types, never content.
	Note func(error)
}

// A Server shows the status page and answers the API on one machine, to whoever
// holds its link or its bearer token.
type Server struct {
	*door
	listener net.Listener
}

// ErrNotLoopback: the address could be reached from elsewhere.
var ErrNotLoopback = errors.New("serve listens on loopback only")

// Listen opens the door on a loopback address, such as 127.0.0.1:0. It returns
// ErrNotLoopback for any other: whoever comes over a network has to show more than
// a link.
func Listen(ctx context.Context, address string, c Config) (*Server, error) {
	at, err := netip.ParseAddrPort(strings.Replace(address, "localhost:", "127.0.0.1:", 1))
	if err != nil || !at.Addr().IsLoopback() {
		return nil, fmt.Errorf("%w: write 127.0.0.1:0 or [::1]:0, with a port for 0 if it has to be the same each time", ErrNotLoopback)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", at.String())
	if err != nil {
		return nil, errors.New("the address can't be listened on: is its port taken?")
	}
	return &Server{newDoor(c, l.Addr().String()), l}, nil
}

// URL is where the server is.
func (s *Server) URL() string { return "http://" + s.host }

// Link opens the page, once.
func (s *Server) Link() string { return s.URL() + "/open?token=" + s.link }

// Bearer is the token for programs, as long as the server runs.
func (s *Server) Bearer() string { return s.bearer }

// Serve answers until the context ends.
func (s *Server) Serve(ctx context.Context) error {
	server := &http.Server{Handler: s.door, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: time.Minute,
		MaxHeaderBytes: 16 << 10}
	stop := context.AfterFunc(ctx, func() {
		rest, done := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer done()
		_ = server.Shutdown(rest) // what takes longer is cut
	})
	defer stop()
	if err := server.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// A door lets in who has been let in.
type door struct {
	host    string
	tenant  string
	backend api.Backend
	note    func(error)
	bearer  string
	handler http.Handler

	mu       sync.Mutex
	link     string // empty once it was used
	sessions map[string]bool
}

func newDoor(c Config, host string) *door {
	d := &door{host: host, tenant: c.Tenant, backend: c.Backend, note: c.Note, link: rand.Text(), bearer: rand.Text(), sessions: map[string]bool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", d.status)
	mux.Handle("GET /static/", http.FileServerFS(static))
	mux.Handle("/v1/", api.New(api.Config{Backend: c.Backend, Rows: c.Rows, Who: api.Claims{Tenant: "tenant", Role: "roles"}.Who,
		Note: func(_ *http.Request, e api.Entry) {
			if e.Fault != "" {
				c.Note(fmt.Errorf("request %s: %s", e.ID, e.Fault))
			}
		}}))
	d.handler = mux
	return d
}

// policy lets the page load its own style, script and icon, and nothing else from
// anywhere.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// ServeHTTP looks at who comes, by which name and from which page.
func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cache-Control", "no-cache, private")
	switch {
	case !d.named(r.Host):
		// A name that somebody else's page has turned to this machine.
		http.Error(w, "This is not the address that safeconduct serve printed.", http.StatusMisdirectedRequest)
	case !d.fromHere(r):
		api.Refuse(w, r, &api.Refusal{Kind: api.ErrNotAllowed, Code: "origin", Say: "Another page may not ask for this.", Next: "Open the link that safeconduct serve printed."})
	case r.Method == http.MethodGet && r.URL.Path == "/open":
		d.open(w, r)
	default:
		d.enter(w, r)
	}
}

// named reports whether the request came by an address of ours.
func (d *door) named(host string) bool {
	_, port, _ := net.SplitHostPort(d.host)
	return host == d.host || host == "localhost:"+port
}

// fromHere reports whether a request comes from our page, from no page, or asks
// for a page.
func (d *door) fromHere(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" && r.URL.Path != "/open" {
		return false
	}
	origin := r.Header.Get("Origin")
	if origin != "" {
		return origin == "http://"+r.Host
	}
	_, err := r.Cookie(d.cookie())
	safe := r.Method == http.MethodGet || r.Method == http.MethodHead
	return safe || err != nil || d.isBearer(r) // a browser with a session says where a change comes from
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

func (d *door) isBearer(r *http.Request) bool {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return ok && same(token, d.bearer)
}

// cookie names the session. Cookies do not tell ports apart, so it says which.
func (d *door) cookie() string {
	_, port, _ := net.SplitHostPort(d.host)
	return "safeconduct-" + port
}

// open exchanges the link for a session, once.
func (d *door) open(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	good := d.link != "" && same(r.URL.Query().Get("token"), d.link)
	session := rand.Text()
	if good {
		d.link, d.sessions[session] = "", true
	}
	d.mu.Unlock()
	if !good {
		d.closed(w, r)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: d.cookie(), Value: session, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// closed says how to get in.
func (d *door) closed(w http.ResponseWriter, r *http.Request) {
	t := tongueOf(r)
	d.show(w, r, http.StatusUnauthorized, view{tongue: t, Title: t.say("gone.title"), Say: t.say("gone"), Empty: true, Tongues: languages(r, t)})
}

// enter lets in whoever has a session or the bearer token. On one machine, who
// sits at it is operator, privacy officer and auditor.
func (d *door) enter(w http.ResponseWriter, r *http.Request) {
	in := d.isBearer(r)
	if c, err := r.Cookie(d.cookie()); err == nil && !in {
		d.mu.Lock()
		in = d.sessions[c.Value]
		d.mu.Unlock()
	}
	if isAPI := strings.HasPrefix(r.URL.Path, "/v1/"); !in && !isAPI && !strings.HasPrefix(r.URL.Path, "/static/") {
		d.closed(w, r)
		return
	}
	if in {
		r = r.WithContext(api.WithClaims(r.Context(), map[string]string{"sub": "local", "tenant": d.tenant,
			"roles": "operator privacy_officer auditor"}, ""))
	}
	d.handler.ServeHTTP(w, r)
}
