package main

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"time"
)

// The first byte of a TLS connection: the record type of a handshake, RFC 8446 section 5.1.
const handshakeRecord = 0x16

// listen answers on every port: HTTP/1.1, HTTP/2 and gRPC, each with or without TLS; a datagram comes back as it
// is. A port that cannot be had (another container of the pod has it) is said and left.
func listen(tcp, udp []int) {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	protocols.SetUnencryptedHTTP2(true)
	server := &http.Server{
		Handler:           http.HandlerFunc(answer),
		Protocols:         protocols,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       time.Minute,
		// Probes that leave early are no news.
		ErrorLog: log.New(io.Discard, "", 0),
	}
	for _, port := range tcp {
		listener, err := net.Listen("tcp", fmt.Sprintf(":%d", port))
		if err != nil {
			fmt.Fprintln(os.Stderr, "stand-in:", err)
			continue
		}
		sniffed := &sniffer{Listener: listener, ready: make(chan net.Conn)}
		go sniffed.run()
		go server.Serve(sniffed)
	}
	for _, port := range udp {
		packets, err := net.ListenPacket("udp", fmt.Sprintf(":%d", port))
		if err != nil {
			fmt.Fprintln(os.Stderr, "stand-in:", err)
			continue
		}
		go echo(packets)
	}
}

// A sniffer hands out connections whose first byte has come, those that begin with a handshake as TLS.
type sniffer struct {
	net.Listener
	ready chan net.Conn
}

func (s *sniffer) Accept() (net.Conn, error) {
	return <-s.ready, nil
}

func (s *sniffer) run() {
	for {
		connection, err := s.Listener.Accept()
		if err != nil {
			time.Sleep(100 * time.Millisecond)
			continue
		}
		go s.sniff(connection)
	}
}

func (s *sniffer) sniff(connection net.Conn) {
	connection.SetReadDeadline(time.Now().Add(10 * time.Second))
	peeked := &peeked{connection, bufio.NewReaderSize(connection, 512)}
	first, err := peeked.reader.Peek(1)
	if err != nil {
		connection.Close()
		return
	}
	connection.SetReadDeadline(time.Time{})
	if first[0] == handshakeRecord {
		s.ready <- tls.Server(peeked, tlsConfig)
		return
	}
	s.ready <- peeked
}

type peeked struct {
	net.Conn
	reader *bufio.Reader
}

func (p *peeked) Read(into []byte) (int, error) {
	return p.reader.Read(into)
}

func echo(packets net.PacketConn) {
	buffer := make([]byte, 2048)
	for {
		size, from, err := packets.ReadFrom(buffer)
		if err != nil {
			return
		}
		packets.WriteTo(buffer[:size], from)
	}
}
