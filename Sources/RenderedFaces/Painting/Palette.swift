/// Colours that follow from parameters.
enum Palette {
  private static let skins: [Colour] = [
    rgb(252, 226, 205), rgb(244, 208, 180), rgb(232, 188, 154), rgb(214, 163, 122), rgb(190, 136, 94),
    rgb(158, 104, 68), rgb(124, 78, 50), rgb(92, 57, 38), rgb(68, 43, 31),
  ]

  static func skin(_ person: Person) -> Colour {
    let tint = Colour(-0.02, 0.012, -0.075, 0) * person.undertone + Colour(repeating: 1)
    return ramp(skins, person.skinTone) * tint
  }

  private static let hairs: [Colour] = [
    rgb(22, 19, 19), rgb(38, 27, 23), rgb(66, 43, 30), rgb(98, 62, 38), rgb(136, 72, 40), rgb(160, 108, 60),
    rgb(206, 166, 104), rgb(232, 204, 150),
  ]

  static func hair(_ look: Look) -> Colour {
    mix(ramp(hairs, look.hairTone), rgb(206, 205, 204), look.greyness * 0.9)
  }

  static func iris(_ tone: Float) -> Colour {
    ramp([rgb(52, 32, 22), rgb(88, 56, 32), rgb(104, 92, 48), rgb(82, 118, 96), rgb(86, 132, 170)], tone)
  }

  /// A colour of that hue and saturation, brightness up to `value` (0...1 on the display).
  static func hue(_ hue: Float, saturation: Float, value: Float) -> Colour {
    let sector = (hue - Float(floorInt(hue))) * 6
    func channel(_ offset: Float) -> Float {
      var k = sector + offset
      if k >= 6 { k -= 6 }
      let amount = max(0, min(min(k, 4 - k), 1))
      return value * (1 - saturation * amount)
    }
    let display = Colour(channel(5), channel(3), channel(1), 0)
    return display * display
  }

  static func clothes(_ look: Look) -> Colour {
    hue(look.clothesHue, saturation: 0.25 + 0.45 * (1 - look.clothesTone), value: 0.25 + 0.65 * look.clothesTone)
  }

  static func ramp(_ colours: [Colour], _ position: Float) -> Colour {
    let place = unitClamp(position) * Float(colours.count - 1)
    let index = min(Int(place), colours.count - 2)
    return mix(colours[index], colours[index + 1], place - Float(index))
  }
}
