package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"time"
)

// Whoever reads this can sign for it: it is trusted by nothing but the lab's own webhooks. Derived, so that every
// image has the same without a file.
var authorityKey = keyOf("certificate authority of the lab's stand-ins")

var tlsConfig = &tls.Config{NextProtos: []string{"h2", "http/1.1"}, GetCertificate: certificateFor}

func keyOf(name string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte(name))
	return ed25519.NewKeyFromSeed(seed[:])
}

func template(name string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:     time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC),
	}
}

func authority() []byte {
	certificate := template("stand-ins of the lab")
	certificate.IsCA = true
	certificate.BasicConstraintsValid = true
	certificate.KeyUsage = x509.KeyUsageCertSign
	return sign(certificate, certificate, authorityKey.Public())
}

func authorityPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authority()})
}

// certificateFor makes a certificate for the name that the client asks for, or the address it came to.
func certificateFor(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	certificate := template("stand-in")
	certificate.SerialNumber = big.NewInt(2)
	certificate.KeyUsage = x509.KeyUsageDigitalSignature
	certificate.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	if hello.ServerName != "" {
		certificate.DNSNames = []string{hello.ServerName}
	} else if address, ok := hello.Conn.LocalAddr().(*net.TCPAddr); ok {
		certificate.IPAddresses = []net.IP{address.IP}
	}
	issuer, err := x509.ParseCertificate(authority())
	if err != nil {
		return nil, err
	}
	key := keyOf("server")
	return &tls.Certificate{Certificate: [][]byte{sign(certificate, issuer, key.Public())}, PrivateKey: key}, nil
}

func sign(certificate, issuer *x509.Certificate, public any) []byte {
	// Neither fails for an Ed25519 key and a template without extensions of its own.
	signed, err := x509.CreateCertificate(nil, certificate, issuer, public, authorityKey)
	if err != nil {
		panic(err)
	}
	return signed
}
