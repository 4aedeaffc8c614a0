package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"strings"
)

// serve listens until standard input ends, so that it never outlives who started it.
func serve(addresses, ports, dns, names string) error {
	for _, address := range split(addresses) {
		for _, port := range split(ports) {
			listener, err := net.Listen("tcp4", net.JoinHostPort(address, port))
			if err != nil {
				return err
			}
			go accept(listener)
		}
	}
	if dns != "" {
		table, err := parse(names)
		if err != nil {
			return err
		}
		listener, err := net.ListenPacket("udp4", dns)
		if err != nil {
			return err
		}
		go respond(listener, table)
	}
	fmt.Println("ready")
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

func accept(listener net.Listener) {
	for {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		_, _ = connection.Write([]byte("ok\n"))
		_ = connection.Close()
	}
}

func respond(listener net.PacketConn, table map[string]net.IP) {
	buffer := make([]byte, 4096)
	for {
		length, from, err := listener.ReadFrom(buffer)
		if err != nil {
			return
		}
		if reply := reply(buffer[:length], table); reply != nil {
			_, _ = listener.WriteTo(reply, from)
		}
	}
}

func parse(names string) (map[string]net.IP, error) {
	table := map[string]net.IP{}
	for _, entry := range split(names) {
		name, address, _ := strings.Cut(entry, "=")
		ip := net.ParseIP(address).To4()
		if ip == nil {
			return nil, fmt.Errorf("-names: found %q; expected NAME=IPV4", entry)
		}
		table[strings.ToLower(name)] = ip
	}
	return table, nil
}

func split(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ",")
}
