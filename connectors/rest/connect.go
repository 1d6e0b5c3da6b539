package rest

import (
	"crypto/tls"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"time"
)

// idle is how long a connection is kept that nobody uses. Servers close theirs
// after seconds (Starlet two, Apache five); a request that creates something and
// meets that moment is neither sent again nor known to have failed.
const idle = 900 * time.Millisecond

func transport(connections int) http.RoundTripper {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	t.MaxIdleConnsPerHost, t.IdleConnTimeout, t.TLSHandshakeTimeout = connections, idle, 5*time.Second
	return t
}

// loopback reports whether a host is this machine.
func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// fetchable reports whether a file is fetched from an address.
func fetchable(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.User == nil && (u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname()))
}

// errRedirect: the help desk sends us elsewhere.
var errRedirect = errors.New("redirect")

// away marks the context of a request that may be sent on to another host.
type away struct{}

// redirect follows a GET on the same host only, but for files that lie elsewhere:
// there we are nobody. A request that was to change something is answered with the
// redirect itself.
func (c *Client) redirect(r *http.Request, via []*http.Request) error {
	if m := via[0].Method; m != http.MethodGet && m != http.MethodHead {
		return http.ErrUseLastResponse
	}
	if via[0].Context().Value(away{}) != nil && len(via) <= 5 && (r.URL.Scheme == "https" || loopback(r.URL.Hostname())) {
		if r.URL.Host != c.base.Host {
			r.Header.Del("Authorization")
			r.Header.Del("Cookie")
		}
		return nil
	}
	if r.URL.Host != c.base.Host || r.URL.Scheme != c.base.Scheme || len(via) > 5 {
		return errRedirect
	}
	return nil
}
