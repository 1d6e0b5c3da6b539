package recount

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"strings"
)

// RT recounts a Request Tracker by its database.
func RT(ctx context.Context, database string) (Desk, error) {
	r := open(ctx, database)
	var d Desk
	at := map[int64]int{} // ticket → index
	r.each(`SELECT t.id, coalesce(t.Subject, ''), t.Status, substr(t.Created, 1, 19), coalesce((SELECT v.Content FROM ObjectCustomFieldValues v
			JOIN CustomFields f ON f.id = v.CustomField WHERE f.Name = '`+NumberField+`' AND v.ObjectType = 'RT::Ticket'
			AND v.ObjectId = t.id AND v.Disabled = 0), '')
		FROM Tickets t WHERE t.Status <> 'deleted' ORDER BY t.id`, func(scan func(...any)) {
		var t Ticket
		scan(&t.ID, &t.Subject, &t.Status, &t.Opened, &t.Number)
		at[t.ID] = len(d.Tickets)
		d.Tickets = append(d.Tickets, t)
	})
	r.rtMessages(&d, at)
	d.People = r.count(`SELECT count(*) FROM Users u JOIN Principals p ON p.id = u.id WHERE p.Disabled = 0
		AND u.Name NOT IN ('RT_System', 'Nobody', 'root')`)
	d.Groups = r.count(`SELECT count(*) FROM Queues WHERE Disabled = 0 AND Name NOT IN ('___Approvals', 'General')`)
	d.Articles = r.count(`SELECT count(*) FROM Articles WHERE Disabled = 0`)
	d.Mails = r.count(`SELECT count(*) FROM Transactions WHERE Type IN ('EmailRecord', 'CommentEmailRecord')`)
	d.TimeSpent = r.count(`SELECT count(*) FROM Transactions WHERE TimeTaken > 0`)
	return d, r.close()
}

// rtMessages reads the leaves of all MIME trees in the order of transactions.
func (r *reader) rtMessages(d *Desk, at map[int64]int) {
	last := int64(0)
	r.each(`SELECT t.id, t.ObjectId, t.Type, substr(t.Created, 1, 19), coalesce(a.Filename, ''), a.ContentType, coalesce(a.ContentEncoding, ''), a.Content
		FROM Transactions t JOIN Attachments a ON a.TransactionId = t.id
		WHERE t.ObjectType = 'RT::Ticket' AND t.Type IN ('Create', 'Correspond', 'Comment')
		AND a.ContentType NOT LIKE 'multipart/%' ORDER BY t.ObjectId, t.id, a.id`, func(scan func(...any)) {
		var transaction, ticket int64
		var kind, said, name, contentType, encoding string
		var content []byte
		scan(&transaction, &ticket, &kind, &said, &name, &contentType, &encoding, &content)
		i, seen := at[ticket]
		if !seen || r.err != nil {
			return
		}
		content, err := decoded(content, encoding)
		if err != nil {
			r.err = fmt.Errorf("recount: content of transaction %d: %w", transaction, err)
			return
		}
		if name == "" && len(content) == 0 {
			return // a ticket that opens with no text
		}
		t := &d.Tickets[i]
		if transaction != last {
			t.Messages = append(t.Messages, Message{Private: kind == "Comment", At: said})
			last = transaction
		}
		m := &t.Messages[len(t.Messages)-1]
		if name == "" && strings.HasPrefix(contentType, "text/") && m.Text == "" {
			m.Text = string(content)
			return
		}
		m.Files = append(m.Files, File{decodedName(name), digest(content)})
	})
}

func decoded(content []byte, encoding string) ([]byte, error) {
	switch encoding {
	case "base64":
		return io.ReadAll(base64.NewDecoder(base64.StdEncoding, bytes.NewReader(content)))
	case "quoted-printable":
		return io.ReadAll(quotedprintable.NewReader(bytes.NewReader(content)))
	}
	return content, nil
}

// decodedName undoes RFC 2047, in which RT keeps a name as it came.
func decodedName(name string) string {
	if plain, err := new(mime.WordDecoder).DecodeHeader(name); err == nil {
		return plain
	}
	return name
}
