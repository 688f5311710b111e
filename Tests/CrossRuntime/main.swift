// The engine on an emulated core: prints the kernels that it chooses for the reference network, one hash of all int8
// values by the plain definition of each operator, and one for each instruction set and number of threads.
// With a second argument, 16, half of the networks' values have 16 bits. `tools/check-embedded` compares the hashes.
import CProgram
import Models
import Runtime

guard let text = cp_argument(1), let images = Int(String(cString: text)) else {
  cp_print_error("usage: verify IMAGES [16]\n")
  cp_exit(2)
}
do throws(GraphError) {
  let models = try Verification.builtInModels(sixteenBits: cp_argument(2) != nil)
  do throws(RuntimeError) {
    for layer in try Interpreter(models[1]).layers { print("kernel \(layer.name) \(layer.kernel)") }
  } catch {
    cp_print_error("\(error.description)\n")
    cp_exit(1)
  }
  print("\(Verification.referenceHash(models, images: images)) reference")
  for isa in ISA.supported {
    for threads in 1...4 {
      do throws(RuntimeError) {
        let table = KernelTable(limit: isa)
        let hash = try Verification.hash(models, images: images, kernels: table, threads: threads)
        print("\(hash) \(isa.name) \(threads)")
      } catch {
        cp_print_error("\(error.description)\n")
        cp_exit(1)
      }
    }
  }
} catch {
  cp_print_error("\(error.description)\n")
  cp_exit(1)
}
