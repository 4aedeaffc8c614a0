module platform-stack.io/lab/prober

go 1.26
