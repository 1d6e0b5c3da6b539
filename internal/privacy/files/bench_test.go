package files

import (
	"bytes"
	"testing"
)

// BenchmarkRewrite is for files of 300 KiB, as the model of cost counts them.
func BenchmarkRewrite(b *testing.B) {
	const size = 300 << 10
	text := bytes.Repeat([]byte("2026-01-05 10:00:01 job 4711 of Jane Zwyxwvut accepted from NB-12, 3 pages\n"), size/75)
	table := append([]byte("time,job,contact\n"), bytes.Repeat([]byte("2026-01-05 10:00:01,4711,Jane Zwyxwvut\n"), size/39)...)
	picture := jpegWithExif(b)
	picture = append(picture, bytes.Repeat([]byte{1}, size)...)
	for name, content := range map[string][]byte{"text": text, "CSV": table, "JPEG": picture} {
		b.Run(name, func(b *testing.B) {
			r := rewriter(b, "gdpr")
			b.SetBytes(int64(len(content)))
			for b.Loop() {
				r.Rewrite(content, ticket())
			}
		})
	}
}
